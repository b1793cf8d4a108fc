<?php

return [
    'driver' => 'array',
];
