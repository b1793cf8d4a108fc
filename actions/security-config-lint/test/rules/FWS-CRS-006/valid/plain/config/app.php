<?php

return [
    'url' => 'http://example.com',
];
