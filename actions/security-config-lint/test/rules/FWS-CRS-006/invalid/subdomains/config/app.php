<?php

return [
    'url' => 'https://example.com',
];
